/** A row of a table of rules: the first cell is its id, the last what shows that the rule is kept, or why not. */
export type Row = {
  readonly id: string
  readonly cells: readonly string[]
  readonly evidence: readonly Evidence[]
}
export type Evidence =
  | { readonly kind: 'test'; readonly path: string; readonly title: string }
  | { readonly kind: 'reason'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly text: string }

/** The rows of every table of a Markdown text, without the two that begin each. */
export const readTable = (text: string): readonly Row[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('\\|', '|')))
    .filter((cells) => cells[0] !== 'id' && !cells.every((cell) => /^-+$/.test(cell)))
    .map((cells) => ({ id: cells[0] ?? '', cells, evidence: readEvidence(cells.at(-1) ?? '') }))

/** The names in a list of Markdown, as in `- storage: M2, M3`. */
export const readListed = (text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line) => /^- [^:]+: (.+)$/.exec(line)?.[1]?.split(', ') ?? [])
    .map((id) => id.trim())

const readEvidence = (cell: string): readonly Evidence[] =>
  cell
    .split('<br>')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readPart)

const readPart = (text: string): Evidence => {
  const [, path, title] = /^`(test\/\S+\.test\.ts)` "(.+)"$/.exec(text) ?? []
  if (path !== undefined && title !== undefined) return { kind: 'test', path, title }
  const [, reason] = /^reason: (\S+ .+)$/.exec(text) ?? []
  return reason === undefined ? { kind: 'unreadable', text } : { kind: 'reason', reason }
}
