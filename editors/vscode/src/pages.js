// Markdown that the server answers with, shown as VS Code's own preview.
"use strict";

const vscode = require("vscode");

const SCHEME = "jaxlint";

class Pages {
  #texts = new Map();
  #changed = new vscode.EventEmitter();

  register() {
    return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: (uri) => this.#texts.get(uri.path) ?? "",
    });
  }

  /** Show a text beside the code; one page for each title. */
  async show(title, markdown) {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
    this.#texts.set(uri.path, markdown);
    this.#changed.fire(uri);
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  }
}

module.exports = { Pages };
