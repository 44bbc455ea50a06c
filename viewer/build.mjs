// Builds the page into src/sonograph/web/page. With --check writes nothing and says whether what lies there is what would be written.

import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "..", "src", "sonograph", "web", "page");
const MOST = 60_000; // octets gzipped, all files together

const result = await build({
  entryPoints: [join(here, "src", "view.ts")],
  outfile: join(output, "view.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  write: false,
  absWorkingDir: here,
});
const files = new Map([["view.js", Buffer.from(result.outputFiles[0].contents)]]);
for (const name of readdirSync(join(here, "static"))) files.set(name, readFileSync(join(here, "static", name)));

const size = [...files.values()].reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0);
if (size > MOST) {
  console.error(`the page is ${size} octets gzipped; it may be ${MOST}`);
  process.exit(1);
}
const there = existsSync(output) ? readdirSync(output) : [];
const extra = there.filter((name) => !files.has(name));
if (process.argv.includes("--check")) {
  const other = [...files].filter(([name, content]) => !there.includes(name) || !content.equals(readFileSync(join(output, name))));
  const names = [...other.map(([name]) => name), ...extra];
  if (names.length) {
    console.error(`src/sonograph/web/page is not what viewer/ builds (${names.join(", ")}): make viewer`);
    process.exit(1);
  }
} else {
  for (const name of extra) rmSync(join(output, name));
  for (const [name, content] of files) writeFileSync(join(output, name), content);
  console.log(`${files.size} files, ${(size / 1000).toFixed(1)} kB gzipped`);
}
