# Manual pages, completions, the vim syntax file and the fuzz dictionary, written from the directive table; the journal's
# message catalog, written from the tables of reasons and messages.
set(documents ${PROJECT_BINARY_DIR}/documents)
add_executable(write_documents src/write_documents.cpp)
target_link_libraries(write_documents PRIVATE pxed_config pxed_flags)
add_custom_command(
  OUTPUT ${documents}/pxed.conf.5 ${documents}/pxed.bash ${documents}/_pxed ${documents}/pxed.fish
         ${documents}/pxed.vim ${documents}/config_file.dict ${documents}/pxed.catalog
  COMMAND write_documents ${PROJECT_SOURCE_DIR}/man/pxed.conf.5.in ${documents}
  DEPENDS write_documents ${PROJECT_SOURCE_DIR}/man/pxed.conf.5.in
  COMMENT "Writing manuals and completions from the directive table")
add_custom_target(documents ALL DEPENDS ${documents}/pxed.conf.5)
