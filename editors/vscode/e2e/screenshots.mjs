// Drives the packed extension in code-server with a real browser: checks what a user would see, and takes screenshots.
//
//   npm install --no-save code-server playwright-core     (code-server builds native modules: minutes; see README.md here)
//   node screenshots.mjs --jaxlint /path/to/jaxlint --out ../../../docs/images
//
// Exits with 1 at the first thing that is not as it should be. CODE_SERVER, CHROMIUM, SERVER_NODE name programs that are
// elsewhere.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const require = createRequire(path.join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const HERE = import.meta.dirname;

const { values: given } = parseArgs({
  options: {
    jaxlint: { type: "string", default: "jaxlint" },
    vsix: { type: "string", default: path.join(HERE, "../jaxlint.vsix") },
    out: { type: "string", default: "." },
  },
});
const ENTRY = process.env.CODE_SERVER ?? require.resolve("code-server/out/node/entry.js");
const NODE = process.env.SERVER_NODE ?? process.execPath;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const MODEL = `"""A training step that works in a notebook and fails as soon as somebody compiles it."""

import jax
import jax.numpy as jnp


def soft_clip(x, limit):
    spread = jnp.max(jnp.abs(x))
    if spread > limit:
        x = 0.5 * x
    return x


@jax.jit
def step(params, batch):
    logits = soft_clip(batch @ params, limit=10.0)
    return logits.at[0].set(0.0).sum()


def initial(seed):
    key = jax.random.key(seed)
    weights = jax.random.normal(key, (64, 10))
    bias = jax.random.uniform(key, (10,))
    return weights, bias


def centred(x: jax.Array):
    y = jnp.asarray(x)
    y[0] = 0.0
    return y - y.mean()
`;
const NOTEBOOK = {
  cells: [
    ["import jax\n", "import jax.numpy as jnp\n", "\n", "key = jax.random.key(0)"],
    ["noise = jax.random.normal(key, (3,))\n", "noise"],
    ["more = jax.random.uniform(key, (3,))\n", "more + noise"],
  ].map((source, n) => ({ cell_type: "code", id: `c${n}`, execution_count: null, metadata: {}, outputs: [], source })),
  metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
};
const SETTINGS = {
  "jaxlint.path": [path.resolve(given.jaxlint)],
  "jaxlint.inlayHints": true,
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.activityBar.location": "hidden",
  "window.commandCenter": false,
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "editor.minimap.enabled": false,
  "editor.fontSize": 14,
  "editor.codeActionsOnSave": { "source.fixAll.jaxlint": "explicit" },
  "files.autoSave": "off",
  "notebook.experimental.remoteSave": false,
};

const room = fs.mkdtempSync(path.join(os.tmpdir(), "jaxlint-e2e-"));
const folder = path.join(room, "digits");
const data = ["--user-data-dir", path.join(room, "user"), "--extensions-dir", path.join(room, "extensions")];
prepare();
const port = await freePort();
const server = spawn(NODE, [ENTRY, ...data, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`,
  "--disable-workspace-trust", "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", folder],
  { stdio: ["ignore", fs.openSync(path.join(room, "log"), "w"), "inherit"] });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
let page;
try {
  page = await open(browser);
  await drive(page);
  console.log("all as it should be");
} catch (error) {
  console.error(error);
  await page?.screenshot({ path: path.join(given.out, "vscode-failed.png") });
  for (const file of logs()) console.error(`${file}\n${fs.readFileSync(file, "utf8")}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.kill();
  fs.rmSync(room, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}

/** What the extension wrote. */
function logs() {
  return fs.readdirSync(room, { recursive: true }).filter((name) => /jaxlint.*\.log$/.test(name)).map((name) => path.join(room, name));
}

function starts() {
  return logs().map((file) => fs.readFileSync(file, "utf8").split("starting ").length - 1).reduce((all, one) => all + one, 0);
}

function prepare() {
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "model.py"), MODEL);
  fs.writeFileSync(path.join(folder, "explore.ipynb"), JSON.stringify(NOTEBOOK, null, 1));
  const user = path.join(room, "user", "User");
  fs.mkdirSync(user, { recursive: true });
  fs.writeFileSync(path.join(user, "settings.json"), JSON.stringify(SETTINGS));
  const done = spawnSync(NODE, [ENTRY, ...data, "--install-extension", path.resolve(given.vsix)], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
}

async function open(browser) {
  const page = await browser.newPage({ viewport: { width: 1180, height: 800 }, deviceScaleFactor: 1.5 });
  for (let attempt = 0; ; attempt++) {
    try {
      await page.goto(`http://127.0.0.1:${port}/?folder=${folder}`);
      break;
    } catch (error) {
      if (attempt > 60) throw error;
      await page.waitForTimeout(500);
    }
  }
  await page.waitForSelector(".monaco-workbench", { timeout: 120_000 });
  return page;
}

async function drive(page) {
  const shot = (name) => page.screenshot({ path: path.join(given.out, `vscode-${name}.png`) });

  await openFile(page, "model.py");
  await page.waitForSelector(".squiggly-error", { timeout: 40_000 });
  await command(page, "View: Focus Problems");
  await page.waitForSelector(".markers-panel .monaco-list-row:nth-child(3)");
  await page.waitForTimeout(1500);
  await expandFirstProblem(page);
  await shot("problems");

  await command(page, "View: Toggle Panel Visibility");
  await goTo(page, 9, 8);
  await page.keyboard.press("Control+Period");
  await page.waitForSelector(".action-widget .monaco-list-row");
  const offered = await page.locator(".action-widget").first().innerText();
  expect(/jnp\.where.*\(unsafe\)/.test(offered.replaceAll("\u00a0", " ")), `the quick fix is offered: ${offered}`);
  await page.waitForTimeout(600);
  await shot("quick-fix");
  await page.keyboard.press("Escape");

  await goTo(page, 9, 8);
  await command(page, "Show or Focus Hover");
  await page.waitForSelector(".monaco-hover-content >> text=traced-branch", { timeout: 20_000 });
  await page.waitForTimeout(800);
  await shot("hover");
  await page.keyboard.press("Escape");

  await goTo(page, 9, 8);
  await command(page, "jaxlint: Explain the Finding");
  await page.waitForSelector(".tab >> text=JAX401", { timeout: 20_000 });
  console.log("explained beside the code");
  await command(page, "View: Close All Editors");

  await openFile(page, "model.py");
  await page.waitForSelector(".squiggly-error");
  await goTo(page, 9, 8);
  await command(page, "jaxlint: Verify the Function");
  await page.waitForSelector(".tab >> text=verify soft_clip", { timeout: 180_000 });
  await page.waitForTimeout(3000);
  console.log("verified beside the code");
  await shot("verify");
  await command(page, "View: Close All Editors");

  await openFile(page, "model.py");
  await goTo(page, 30, 1);
  await page.keyboard.press("Control+s");
  await until(() => fs.readFileSync(path.join(folder, "model.py"), "utf8").includes("y = y.at[0].set(0.0)"), "fixed on save");
  await page.waitForTimeout(1000);
  await shot("fixed-on-save");

  await command(page, "jaxlint: Restart the Server");
  await until(() => starts() === 2, "started again");

  await openFile(page, "explore.ipynb");
  await page.waitForSelector(".notebookOverlay .squiggly-error", { timeout: 60_000 });
  await page.waitForTimeout(1000);
  await shot("notebook");
}

async function openFile(page, name) {
  await page.keyboard.press("Control+p");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(name);
  await page.waitForSelector(`.quick-input-list .monaco-list-row >> text=${name}`, { timeout: 60_000 });
  await page.keyboard.press("Enter");
  await page.waitForSelector(`.tab.active >> text=${name}`);
  await page.waitForTimeout(1000);
}

async function command(page, title) {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(title);
  await page.waitForSelector(`.quick-input-list .monaco-list-row`);
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
}

async function goTo(page, line, column) {
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(`${line}:${column}`);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
}

async function expandFirstProblem(page) {
  const first = page.locator(".markers-panel .monaco-list-row").nth(1);
  await first.click();
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(500);
}

function expect(held, what) {
  if (!held) throw new Error(`not so: ${what}`);
  console.log(what);
}

async function until(held, what) {
  for (let attempt = 0; attempt < 60 && !held(); attempt++) await new Promise((wake) => setTimeout(wake, 500));
  expect(held(), what);
}

function freePort() {
  return new Promise((found) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}
