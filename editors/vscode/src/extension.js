// The extension: starts `jaxlint server`, lends it the active editor, shows the Markdown that it answers with.
"use strict";

const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");
const { findServer } = require("./find");
const { Pages } = require("./pages");

/** What the server is asked to look at. */
const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
];

/** Settings which only a new start of the server takes up; all others it asks for when they change. */
const NEEDS_RESTART = ["enable", "path", "interpreter", "args"];

/** @type {LanguageClient | undefined} */
let client;

/** Starts and stops follow one another, however fast they are asked for. */
let last = Promise.resolve();

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  const log = vscode.window.createOutputChannel("jaxlint", { log: true });
  const status = vscode.languages.createLanguageStatusItem("jaxlint", { language: "python" });
  status.name = "jaxlint";
  status.command = { command: "jaxlint.showLog", title: "Show the log" };
  const pages = new Pages();
  const restart = () => (last = last.then(() => run(log, status, pages)));

  context.subscriptions.push(
    log,
    status,
    pages.register(),
    vscode.commands.registerCommand("jaxlint.restart", restart),
    vscode.commands.registerCommand("jaxlint.showLog", () => log.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (NEEDS_RESTART.some((name) => event.affectsConfiguration(`jaxlint.${name}`))) restart();
    }),
  );
  const python = vscode.extensions.getExtension("ms-python.python");
  if (python) {
    const { environments } = await python.activate();
    const listening = environments?.onDidChangeActiveEnvironmentPath?.(restart);
    if (listening) context.subscriptions.push(listening);
  }
  await restart();
}

async function deactivate() {
  await last;
  await stop();
}

async function stop() {
  const stopping = client;
  client = undefined;
  await vscode.commands.executeCommand("setContext", "jaxlint.running", false);
  await stopping?.dispose().catch(() => undefined); // it may be dead already, which is as good
}

/** End the server that runs, if one does, and start it as the settings say now. */
async function run(log, status, pages) {
  await stop();
  if (!vscode.workspace.getConfiguration("jaxlint").get("enable")) {
    say(status, "off", "jaxlint.enable is false");
    return;
  }
  const found = await findServer(log);
  if (!found) {
    say(status, "not found", "Install it with: pip install 'jaxlint[lsp]'", vscode.LanguageStatusSeverity.Error);
    offerHelp("No jaxlint was found.");
    return;
  }
  log.info(`starting ${[found.command, ...found.args].join(" ")}`);
  client = new LanguageClient("jaxlint", "jaxlint", found, {
    documentSelector: SELECTOR,
    outputChannel: log,
    initializationOptions: { rendersMarkdown: true },
    synchronize: { configurationSection: "jaxlint" },
    middleware: { executeCommand: (command, args, next) => execute(command, args, next, pages) },
  });
  client.onDidChangeState(({ newState }) => {
    vscode.commands.executeCommand("setContext", "jaxlint.running", newState === State.Running);
  });
  try {
    await client.start();
    const { name, version } = client.initializeResult?.serverInfo ?? { name: "jaxlint" };
    say(status, `${name} ${version ?? ""}`.trim(), found.command);
  } catch (error) {
    log.error(String(error));
    say(status, "failed to start", String(error), vscode.LanguageStatusSeverity.Error);
    offerHelp("jaxlint could not be started.");
  }
}

function say(status, text, detail, severity = vscode.LanguageStatusSeverity.Information) {
  Object.assign(status, { text: `jaxlint: ${text}`.replace("jaxlint: jaxlint", "jaxlint"), detail, severity });
}

async function offerHelp(problem) {
  const install = "pip install 'jaxlint[lsp]'";
  const chosen = await vscode.window.showErrorMessage(
    `${problem} It is installed with: ${install}`,
    "Copy the Command",
    "Show the Log",
    "Open Settings",
  );
  if (chosen === "Copy the Command") await vscode.env.clipboard.writeText(install);
  if (chosen === "Show the Log") await vscode.commands.executeCommand("jaxlint.showLog");
  if (chosen === "Open Settings") await vscode.commands.executeCommand("workbench.action.openSettings", "jaxlint");
}

/** Run a command of the server: with the place of the cursor if it came from the palette; and show its answer. */
async function execute(command, args, next, pages) {
  const given = args.length ? args : [here()];
  const answer = await next(command, given);
  if (answer?.markdown) await pages.show(title(command, answer), answer.markdown);
  else if (answer?.message) vscode.window.showInformationMessage(`jaxlint: ${answer.message}`);
  return answer;
}

/** The active document and the place of the cursor in it, as the protocol has them. */
function here() {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return {};
  const { line, character } = editor.selection.active;
  return { uri: client.code2ProtocolConverter.asUri(editor.document.uri), position: { line, character } };
}

function title(command, answer) {
  return answer.code ?? (answer.function ? `verify ${answer.function}` : command.replace("jaxlint.", ""));
}

module.exports = { activate, deactivate };
