# pxed_floor(NAME [ON floor...] [USES library...] [PRIVATELY library...])
# One folder of src/ becomes the static library pxed_NAME. ON names the floors right below it, USES what its
# headers need as well, PRIVATELY what only its own files include.
function(pxed_floor name)
  cmake_parse_arguments(FLOOR "" "" "ON;USES;PRIVATELY" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  if(NOT sources)  # a floor of headers only, for now
    file(WRITE ${PROJECT_BINARY_DIR}/empty_${name}.cpp "")
    set(sources ${PROJECT_BINARY_DIR}/empty_${name}.cpp)
  endif()
  list(TRANSFORM FLOOR_ON PREPEND pxed_)
  add_library(pxed_${name} STATIC ${sources})
  set_target_properties(pxed_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(pxed_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(pxed_${name} PUBLIC ${FLOOR_ON} ${FLOOR_USES} PRIVATE ${FLOOR_PRIVATELY} pxed_flags)
endfunction()
