" Whose files the colours of syntax/pxed.vim are for. Over conf's guess, which vim makes of every *.conf.
autocmd BufRead,BufNewFile /etc/pxed.conf,/etc/pxed.d/*.conf,*/pxed.conf setlocal filetype=pxed
autocmd FileType pxed setlocal commentstring=#%s comments=:#
