/**
 * `npm run build`: makes the folder `dist`, or the one that is named, the command line as a package of its own. Node does not run TypeScript below `node_modules`, so
 * it is JavaScript; and it has a `package.json` of its own, for ours brings a Node, a database server and a browser for the tests.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const bin = 'worker/cli/sluice.js'

const { name, version, description, license, dependencies } = packageJson
const ofPackage = {
  name,
  version,
  description,
  license,
  type: 'module',
  engines: { node: '>=22' },
  bin: { sluice: bin },
  files: ['worker', 'schema', 'web'],
  dependencies,
}

rmSync(dist, { recursive: true, force: true })
const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
const project = join(root, 'worker/deploy/tsconfig.json')
execFileSync(process.execPath, [tsc, '--project', project, '--outDir', dist], { stdio: 'inherit' })
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(ofPackage, undefined, 2)}\n`)
execFileSync(process.execPath, [join(root, 'worker/deploy/build-web.ts'), '--if-stale'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
cpSync(join(root, 'web/build'), join(dist, 'web/build'), { recursive: true }) // where `process/web-files.ts` looks
for (const file of ['README.md', 'LICENSE']) copyFileSync(join(root, file), join(dist, file))
chmodSync(join(dist, bin), 0o755)
