import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** What a source file says of others: every import, re-export and `import()`, and the globals of a runtime that it names. */
export type SourceFile = {
  readonly path: string
  readonly imports: readonly Import[]
  readonly globals: readonly string[]
}
export type Import = {
  readonly specifier: string
  /** Imported names; `*` for all of them, `default` for that one. Empty for a bare `import 'x'`. */
  readonly names: readonly string[]
  /** Nothing of it is left at run time. */
  readonly isType: boolean
}

export const readSource = (path: string): SourceFile => parseSource(path, readFileSync(path, 'utf8'))

export const parseSource = (path: string, text: string): SourceFile => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const globals = new Set<string>()
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== undefined) imports.push(found)
    if (ts.isIdentifier(node) && runtimeGlobals.has(node.text) && !isName(node)) globals.add(node.text)
    node.forEachChild(visit)
  }
  visit(file)
  return { path, imports, globals: [...globals] }
}

const runtimeGlobals = new Set([
  'process',
  'Buffer',
  'Deno',
  'Bun',
  'NodeJS',
  'require',
  'setImmediate',
  '__dirname',
  '__filename',
])

/** `x.process` and `{ process: 1 }` are names of members; `globalThis.process` is the global. */
const isName = (node: ts.Identifier): boolean => {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node)
    return parent.expression.getText() !== 'globalThis'
  return (
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) &&
    parent.name === node
  )
}

const importOf = (node: ts.Node): Import | undefined => {
  if (ts.isImportDeclaration(node))
    return { specifier: textOf(node.moduleSpecifier), ...clauseOf(node.importClause) }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause, isTypeOnly, moduleSpecifier } = node
    const elements =
      exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : undefined
    return { specifier: textOf(moduleSpecifier), ...elementsOf(elements, isTypeOnly) }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    return { specifier: specifier === undefined ? '' : textOf(specifier), names: ['*'], isType: false }
  }
  if (ts.isImportTypeNode(node)) return { specifier: textOf(node.argument), names: ['*'], isType: true }
  return undefined
}

const clauseOf = (clause: ts.ImportClause | undefined): Omit<Import, 'specifier'> => {
  if (clause === undefined) return { names: [], isType: false }
  const { name, namedBindings, isTypeOnly } = clause
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    const { names, isType } = elementsOf(namedBindings.elements, isTypeOnly)
    return name === undefined ? { names, isType } : { names: ['default', ...names], isType: isTypeOnly }
  }
  return { names: [name === undefined ? '*' : 'default'], isType: isTypeOnly }
}

const elementsOf = (
  elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] | undefined,
  isTypeOnly: boolean,
): Omit<Import, 'specifier'> => {
  if (elements === undefined) return { names: ['*'], isType: isTypeOnly }
  const values = elements.filter((element) => !element.isTypeOnly)
  return {
    names: elements.map(({ name, propertyName }) => (propertyName ?? name).text),
    isType: isTypeOnly || values.length === 0,
  }
}

const textOf = (node: ts.Node): string => node.getText().slice(1, -1)
