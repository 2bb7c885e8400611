import { join } from 'node:path'
import { counted } from '../load-report.ts'
import type { DemoManifest } from './export-system.ts'

/** The manifest as a table, and where its files lie below `root`. */
export const manifestText = ({ transactionTime, output, error }: DemoManifest, root: string): string => {
  const rows = output.map(
    ({ type, count, url }) => [type, count.toLocaleString('en-US'), fileName(url)] as const,
  )
  const total = output.reduce((sum, { count }) => sum + count, 0)
  const folder = output[0] && join(root, folderOf(output[0].url))
  return [
    '',
    `Manifest of the export, as of ${transactionTime}`,
    '',
    ...table([
      ['Type', 'Resources', 'File'],
      ...rows,
      ['Total', total.toLocaleString('en-US'), counted(output.length, 'file')],
    ]),
    '',
    ...(error.length > 0 ? [`${counted(error.length, 'file')} of errors`] : []),
    ...(folder === undefined ? [] : [`The files lie in ${folder}`]),
  ].join('\n')
}

type Row = readonly [type: string, count: string, file: string]

const table = (rows: readonly Row[]): readonly string[] => {
  const [typeWidth, countWidth] = [widest(rows.map(([type]) => type)), widest(rows.map(([, count]) => count))]
  return rows.map(
    ([type, count, file]) => `  ${type.padEnd(typeWidth)}  ${count.padStart(countWidth)}  ${file}`,
  )
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length))

const fileName = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** The folder of a job is the last but one part of the URLs of its files. */
const folderOf = (url: string): string => url.split('/').at(-2) ?? ''
