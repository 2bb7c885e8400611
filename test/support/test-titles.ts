import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** The titles of the tests, and of the groups of tests, that a test file has: not of those that never run, nor of comments. */
export const readTestTitles = (path: string): ReadonlySet<string> => {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const titles = new Set<string>()
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined
    if (title !== undefined) titles.add(title)
    node.forEachChild(visit)
  }
  visit(file)
  return titles
}

/** Of `test('title', …)`, and of `describe.each(…)('title', …)` and its kin. */
const titleOf = ({ expression, arguments: [title] }: ts.CallExpression): string | undefined => {
  const [name = '', ...modifiers] = namesIn(expression)
  const isTest = ['test', 'it', 'describe'].includes(name)
  const isRun = !modifiers.some((modifier) => modifier === 'skip' || modifier === 'todo')
  return isTest && isRun && title !== undefined && ts.isStringLiteralLike(title) ? title.text : undefined
}

/** `test.skipIf(…).each(…)` is `test`, `skipIf`, `each`. */
const namesIn = (expression: ts.Expression): readonly string[] => {
  if (ts.isIdentifier(expression)) return [expression.text]
  if (ts.isPropertyAccessExpression(expression))
    return [...namesIn(expression.expression), expression.name.text]
  return ts.isCallExpression(expression) ? namesIn(expression.expression) : []
}
