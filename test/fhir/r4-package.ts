import { readdirSync, readFileSync } from 'node:fs'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'

/** HL7's package of definitions and examples of R4. */
const folder = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url)

/** Every file whose name starts with `prefix`, one at a time: all of them are 190 MB. */
export function* readPackageFiles(prefix = ''): Generator<JsonObject> {
  for (const name of readdirSync(folder).sort()) {
    if (name.startsWith(prefix) && name.endsWith('.json')) yield readPackageFile(name)
  }
}

export const readPackageFile = (name: string): JsonObject => {
  const json: Json = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  if (!isJsonObject(json)) throw new Error(`${name} is not a JSON object`)
  return json
}

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(textOf) : []

export const objectsOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []
