# pxed_flags: how every file of ours is compiled. Options are set by the presets.
option(PXED_WERROR "Warnings are errors" OFF)
option(PXED_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(PXED_HARDEN "Hardening flags for a release" OFF)
option(PXED_LTO "Link-time optimisation" OFF)
option(PXED_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
# Not for src/: with more headers than a file includes, argument-dependent lookup finds other functions (std::quoted).
option(PXED_PRECOMPILE "Read GoogleTest's headers once and not for each file of unit tests" OFF)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(PXED_PRECOMPILE OFF)  # a compiler cache knows files, and would take each as changed with the precompiled header
endif()

add_library(pxed_flags INTERFACE)
target_compile_definitions(pxed_flags INTERFACE PXED_VERSION="${PROJECT_VERSION}")
target_compile_options(pxed_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2)
if(PXED_WERROR)
  target_compile_options(pxed_flags INTERFACE -Werror)
endif()
if(PXED_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(PXED_FUZZ)
  # The floors too, or the fuzzer sees no edge of what it feeds.
  target_compile_options(pxed_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PXED_HARDEN)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-fcf-protection PXED_HAS_CF_PROTECTION)  # x86 has it, arm64 does not
  if(PXED_HAS_CF_PROTECTION)
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
  # -g1 costs nothing at run time: the packages strip it off, into one of its own that makes a backtrace readable.
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
endif()
# How the tests' own sources are compiled: nobody steps through them, and half of a build is theirs. Of what they include
# arithmetic, shifts, bounds and casts are checked as everywhere; each single pointer (null, alignment, object size) only
# in our own files, and everywhere by AddressSanitizer, which has to be the same for all.
add_library(pxed_test_flags INTERFACE)
target_link_libraries(pxed_test_flags INTERFACE pxed_flags)
if(PXED_SANITIZE)
  target_compile_options(pxed_test_flags INTERFACE -O0 -g0 -fno-sanitize=null,alignment,object-size,vptr)
endif()
if(PXED_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
