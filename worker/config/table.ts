import { SluiceError } from '../errors.ts'
import { defaultsOf } from './runtime.ts'
import { type SettingNote, settingNotes } from './setting-note.ts'
import { settings } from './settings.ts'

/** The README's configuration table, one row a setting, in the order of `settings.ts`. */
export const configurationTable = (): string =>
  [
    '| Setting | Unit | Default | Allowed | What for |',
    '|---|---|---|---|---|',
    ...Object.entries(settings.shape).map(([name, schema]) => {
      const note = settingNotes.get(schema)
      if (!note) throw new SluiceError('internal', `Cannot describe setting "${name}": it has no note`)
      return `| \`${name}\` | ${note.unit} | ${defaultOf(name, note)} | ${note.allowed} | ${note.reason} |`
    }),
  ].join('\n')

/** The text with the table between the two markers; `undefined` when a marker is missing. */
export const withConfigurationTable = (text: string): string | undefined => {
  const [begin, end] = [text.indexOf(marker), text.indexOf(endMarker)]
  if (begin < 0 || end < begin) return undefined
  return `${text.slice(0, begin)}${marker}\n${configurationTable()}\n${text.slice(end)}`
}

const marker = '<!-- configuration -->'
const endMarker = '<!-- /configuration -->'

const defaultOf = (name: string, note: SettingNote): string => {
  const ofWorkers = new Map(Object.entries(defaultsOf('workers'))).get(name)
  return asCode(note.default) + (ofWorkers === undefined ? '' : `, on Workers ${asCode(ofWorkers)}`)
}

/** A default that is a phrase brings its own backticks. */
const asCode = (text: string): string => (text.includes('`') ? text : `\`${text}\``)
