;;; emacs.el --- drives Emacs as a user would; each step prints `name: value'  -*- lexical-binding: t; -*-
;; Arguments, after `--': the folder of jaxlint.el, the Python that has jaxlint, the file to open.

(pcase-let ((`(,_ ,folder ,python ,file) command-line-args-left))
  (add-to-list 'load-path folder)
  (require 'jaxlint)
  (setq jaxlint-command (list python "-m" "jaxlint" "server")
        eglot-sync-connect t
        eglot-autoshutdown t
        eglot-confirm-server-initiated-edits nil)

  (defun say (name value)
    (princ (format "%s: %s\n" name (json-encode value))))

  (defun wait (name held)
    (with-timeout (60 (say "timeout" name) (kill-emacs 1))
      (while (not (funcall held))
        (accept-process-output nil 0.1))))

  (defun found ()
    (mapcar (lambda (one)
              (list (car (split-string (format "%s" (flymake-diagnostic-text one)) "\n"))
                    (buffer-substring-no-properties (flymake-diagnostic-beg one) (flymake-diagnostic-end one))))
            (sort (flymake-diagnostics) (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b))))))

  (find-file file)
  (python-mode)
  (apply #'eglot--connect (eglot--guess-contact))
  (eglot--maybe-activate-editing-mode)
  (wait "diagnostics" (lambda () (flymake-start) (= 2 (length (flymake-diagnostics)))))
  (say "found" (vconcat (mapcar #'vconcat (found))))

  (goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
  (jaxlint-explain)
  (say "explained" (with-current-buffer "*jaxlint*" (buffer-string)))

  (let ((before (buffer-string)))
    (jaxlint-fix-all)
    (wait "fix all" (lambda () (not (equal before (buffer-string)))))
    (say "fixed" (buffer-substring-no-properties (point-min) (point-max))))
  (set-buffer-modified-p nil)
  (say "ended" t)
  (kill-emacs 0))
;;; emacs.el ends here
