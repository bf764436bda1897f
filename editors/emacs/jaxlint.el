;;; jaxlint.el --- jaxlint through eglot  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "29.1") (eglot "1.9"))

;;; Commentary:

;; Put this file on the `load-path', (require 'jaxlint), and M-x eglot in a Python buffer.
;;
;; Eglot speaks with one server for each buffer.  Where another one is wanted too (pyright, pylsp), a multiplexer
;; such as rassumfrassum stands between:  (setq jaxlint-command '("rass" "--" "jaxlint" "server" "--" ...)).

;;; Code:

(require 'eglot)

(defgroup jaxlint nil
  "A static tracer for JAX."
  :group 'tools)

(defcustom jaxlint-command '("jaxlint" "server")
  "How to start the language server."
  :type '(repeat string))

(add-to-list 'eglot-server-programs
             `((python-mode python-ts-mode)
               . ,(lambda (&rest _) (append jaxlint-command '(:initializationOptions (:rendersMarkdown t))))))

(defun jaxlint--execute (command)
  "Ask the server for COMMAND at point, and show the Markdown that it answers."
  (let* ((position (eglot--pos-to-lsp-position))
         (uri (plist-get (eglot--TextDocumentIdentifier) :uri))
         (answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                  `(:command ,command :arguments [(:uri ,uri :position ,position)])
                                  :timeout 300)))
    (when-let ((markdown (plist-get answer :markdown)))
      (with-help-window "*jaxlint*"
        (princ markdown)))
    answer))

(defun jaxlint-verify ()
  "Run the function under point before and after its fixes, and show the verdict."
  (interactive)
  (jaxlint--execute "jaxlint.verify"))

(defun jaxlint-explain ()
  "Show the page of the rule that reports something at point."
  (interactive)
  (jaxlint--execute "jaxlint.explain"))

(defun jaxlint-fix-all ()
  "Fix everything that is safe."
  (interactive)
  (eglot-code-actions (point-min) (point-max) "source.fixAll.jaxlint" t))

(provide 'jaxlint)
;;; jaxlint.el ends here
