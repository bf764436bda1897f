// Where jaxlint is: what the settings name, the interpreter of the workspace, the PATH.
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const vscode = require("vscode");

const WINDOWS = process.platform === "win32";

/**
 * The command that starts the server; undefined if there is no jaxlint.
 * @returns {Promise<{command: string, args: string[]} | undefined>}
 */
async function findServer(log) {
  const settings = vscode.workspace.getConfiguration("jaxlint");
  const args = ["server", ...settings.get("args", [])];
  const program = firstThere(settings.get("path", []), log);
  if (program) return { command: program, args };
  for (const python of await interpreters(settings, log)) {
    if (has(python)) return { command: python, args: ["-m", "jaxlint", ...args] };
    log.info(`${python} has no jaxlint`);
  }
  const onPath = onThePath(WINDOWS ? "jaxlint.exe" : "jaxlint");
  return onPath && { command: onPath, args };
}

/** Pythons that may have jaxlint, the likeliest first. */
async function interpreters(settings, log) {
  const chosen = firstThere(settings.get("interpreter", []), log);
  if (chosen) return [chosen];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const python = vscode.extensions.getExtension("ms-python.python")?.exports;
  const active = python?.environments?.getActiveEnvironmentPath?.(folder);
  const resolved = active && (await python.environments.resolveEnvironment(active));
  const own = vscode.workspace.isTrusted ? [".venv", "venv"].map((name) => pythonOf(folder, name)) : [];
  return [resolved?.executable?.uri?.fsPath, ...own].filter((place) => place && fs.existsSync(place));
}

function pythonOf(folder, name) {
  return folder && path.join(folder.fsPath, name, WINDOWS ? "Scripts/python.exe" : "bin/python");
}

/** Whether a Python has the package, by the files beside it: nothing is run. */
function has(python) {
  const scripts = path.dirname(python);
  return ["jaxlint", "jaxlint.exe"].some((name) => fs.existsSync(path.join(scripts, name)));
}

function firstThere(places, log) {
  const named = places.map(expanded);
  const found = named.find((place) => fs.existsSync(place));
  if (named.length && !found) log.warn(`none of these exists: ${named.join(", ")}`);
  return found;
}

function expanded(place) {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return place.replace("${workspaceFolder}", folder).replace(/^~(?=\/|\\|$)/, os.homedir());
}

function onThePath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find((place) => fs.existsSync(place));
}

module.exports = { findServer };
