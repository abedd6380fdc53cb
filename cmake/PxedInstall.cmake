# What is installed and where: the same list for `cmake --install`, the .deb and the .rpm.
#
# The program, the manuals and the completions come from this build, or from a finished one:
#   -DPXED_PREBUILT=DIR   DIR is a build directory; nothing is compiled here. Packages are then made of the very program
#                         that the other tests have judged, and one compile serves all of them (packaging/README.md).
#   -DPXED_PORTABLE=ON    installs pxed_portable, which has what differs between distributions linked into it.

# Where systemd looks is its own business, and differs: Debian 12 has units in /lib, and its debhelper looks nowhere else.
pkg_get_variable(systemd_units systemd systemdsystemunitdir)
pkg_get_variable(systemd_users systemd sysusersdir)
pkg_get_variable(systemd_files systemd tmpfilesdir)
pkg_get_variable(systemd_catalogs systemd catalogdir)
if(NOT systemd_catalogs)  # not every systemd says it
  set(systemd_catalogs /usr/lib/systemd/catalog)
endif()
foreach(pair "units;/usr/lib/systemd/system" "users;/usr/lib/sysusers.d" "files;/usr/lib/tmpfiles.d")
  list(GET pair 0 kind)
  list(GET pair 1 usual)
  if(NOT systemd_${kind})
    set(systemd_${kind} ${usual})
  endif()
endforeach()
set(PXED_UNITDIR ${systemd_units} CACHE PATH "Directory of systemd units")
set(PXED_SYSUSERSDIR ${systemd_users} CACHE PATH "Directory of sysusers.d files")
set(PXED_TMPFILESDIR ${systemd_files} CACHE PATH "Directory of tmpfiles.d files")
set(PXED_CATALOGDIR ${systemd_catalogs} CACHE PATH "Directory of journal catalogs")

set(built ${PROJECT_BINARY_DIR})
if(PXED_PREBUILT)
  set(built ${PXED_PREBUILT})
endif()
set(program pxed)
if(PXED_PORTABLE)
  set(program pxed_portable)
endif()
install(PROGRAMS ${built}/${program} DESTINATION ${CMAKE_INSTALL_SBINDIR} RENAME pxed)

# The daemon reads /etc/pxed.conf wherever it is installed itself, so the file is not below a prefix.
install(FILES etc/pxed.conf DESTINATION /etc)
install(DIRECTORY DESTINATION /etc/pxed.d)
install(FILES etc/quirks.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/pxed)
# Firewalls know the ports by our name. ufw has its own place for what administrators may change.
install(FILES contrib/firewalld/pxed.xml DESTINATION lib/firewalld/services)
install(FILES contrib/ufw/pxed DESTINATION /etc/ufw/applications.d)
install(DIRECTORY etc/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(FILES packaging/pxed.service packaging/pxed-http.socket packaging/pxed-https.socket DESTINATION ${PXED_UNITDIR})
install(FILES packaging/pxed.sysusers DESTINATION ${PXED_SYSUSERSDIR} RENAME pxed.conf)
install(FILES packaging/pxed.tmpfiles DESTINATION ${PXED_TMPFILESDIR} RENAME pxed.conf)

set(documents ${built}/documents)
install(FILES man/pxed.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES man/pxed-boot.7 man/pxed-dnsmasq.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${documents}/pxed.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${documents}/pxed.catalog DESTINATION ${PXED_CATALOGDIR})  # what journalctl -x says of our messages
install(FILES ${documents}/pxed.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pxed)
install(FILES ${documents}/_pxed DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${documents}/pxed.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${documents}/pxed.vim DESTINATION ${CMAKE_INSTALL_DATADIR}/vim/vimfiles/syntax)
# Without it vim never looks at the syntax file.
install(FILES contrib/vim/ftdetect/pxed.vim DESTINATION ${CMAKE_INSTALL_DATADIR}/vim/vimfiles/ftdetect)
