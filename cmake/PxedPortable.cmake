# pxed_portable: pxed for the distributions that did not build it. Of what we stand on, three change their names from one
# distribution to the next (inih is libinih.so.1 on Debian and .so.0 on Fedora, each Boost has a soname of its own, an
# older libstdc++ lacks symbols), so they are linked in; what stays dynamic has the same soname everywhere:
# packaging/portable_requires is the list, and a test holds the .rpm to it.
find_library(PXED_INIH_ARCHIVE libinih.a)
find_library(PXED_BOOST_OPTIONS_ARCHIVE libboost_program_options.a)
if(NOT PXED_INIH_ARCHIVE OR NOT PXED_BOOST_OPTIONS_ARCHIVE)
  return()  # Fedora has no static inih; a package that is built there needs none
endif()
add_executable(pxed_portable src/main.cpp src/command_line.cpp src/glibc_2_34.cpp)
target_link_libraries(pxed_portable PRIVATE pxed_io ${PXED_INIH_ARCHIVE} ${PXED_BOOST_OPTIONS_ARCHIVE} pxed_flags)
# The archive stands before the floor that needs it, so the symbol is asked for by name; the shared inih, which the floor
# brings, is then needed for nothing, and --as-needed leaves it out.
# libgcc_s stays dynamic: the static one wants a symbol of glibc 2.35.
target_link_options(pxed_portable PRIVATE -static-libstdc++ -Wl,-u,ini_parse_stream -Wl,--as-needed)
if(NOT PXED_PORTABLE)
  set_target_properties(pxed_portable PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
