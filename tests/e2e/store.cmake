# The lease store alone under kill -9, power cuts and failing disks. lease_hammer_off is the same store with
# synchronous=OFF: it must lose leases in the power cuts, or the test could not fail.
add_executable(lease_hammer ${CMAKE_CURRENT_SOURCE_DIR}/lease_hammer.cpp)
target_link_libraries(lease_hammer PRIVATE pxed_io pxed_flags)
add_executable(lease_hammer_off ${CMAKE_CURRENT_SOURCE_DIR}/lease_hammer.cpp ${PROJECT_SOURCE_DIR}/src/io/lease_database.cpp)
target_compile_definitions(lease_hammer_off PRIVATE PXED_SQLITE_SYNCHRONOUS=OFF)
target_link_libraries(lease_hammer_off PRIVATE pxed_io pxed_flags)

find_package(Python3 COMPONENTS Interpreter)
function(pxed_store_test name hammer timeout)
  add_test(NAME e2e.store_${name}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/store_crash.py ${ARGN} $<TARGET_FILE:${hammer}>)
  set_tests_properties(e2e.store_${name} PROPERTIES LABELS e2e TIMEOUT ${timeout} COST ${timeout} SKIP_RETURN_CODE 77)
endfunction()
if(Python3_FOUND)
  pxed_store_test(kill lease_hammer 300 kill)
  pxed_store_test(crash_points lease_hammer 600 crash-points)
  pxed_store_test(power_cut lease_hammer 600 power-cut)
  pxed_store_test(power_cut_off lease_hammer_off 600 power-cut --must-lose)
  pxed_store_test(faults lease_hammer 300 faults)
endif()
