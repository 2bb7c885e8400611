import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { textOf } from '../fhir/r4-package.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { base, levels, patientLevels, runExport } from './run-export.ts'

/** Bulk Data IG, "Attachments": what is in one, or where, at every level and in every element that is one. */

const subject = { reference: 'Patient/p' }
const contentOf = (name: string) => `What ${name} shows: ${'ž'.repeat(40)}`
const typeOf = (name: string) => `text/x-${name}`
const linkTo = (name: string) => ({ contentType: typeOf(name), url: `Binary/${name}`, title: name })

/** Each holds one attachment, by a URL that is relative to the base. */
const holders: readonly object[] = [
  { resourceType: 'Patient', id: 'p', photo: [linkTo('photo')] },
  { resourceType: 'DocumentReference', id: 'd', subject, content: [{ attachment: linkTo('document') }] },
  { resourceType: 'DiagnosticReport', id: 'r', subject, presentedForm: [linkTo('report')] },
  { resourceType: 'Communication', id: 'c', subject, payload: [{ contentAttachment: linkTo('message') }] },
  { resourceType: 'Media', id: 'm', subject, content: linkTo('media') },
  { resourceType: 'Consent', id: 'k', patient: subject, sourceAttachment: linkTo('consent') },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'q',
    subject,
    item: [{ linkId: '1', answer: [{ valueAttachment: linkTo('answer') }] }],
  },
  {
    resourceType: 'Observation',
    id: 'o',
    subject,
    extension: [{ url: 'http://example.org/trace', valueAttachment: linkTo('trace') }],
  },
  {
    resourceType: 'Condition',
    id: 'n',
    subject,
    contained: [{ resourceType: 'Media', id: 'in', content: linkTo('contained') }],
  },
]
const names = [
  ...['photo', 'document', 'report', 'message', 'media', 'consent', 'answer', 'trace', 'contained'],
].sort()

/** What needs no link: data, or a URL that is absolute already. */
const inline = { contentType: 'text/plain', data: 'SGVsbG8=', title: 'inline' }
const elsewhere = {
  contentType: 'text/plain',
  url: 'https://files.example.org/1?x=%20&y',
  title: 'elsewhere',
}
const others = {
  resourceType: 'DocumentReference',
  id: 'others',
  subject,
  content: [{ attachment: inline }, { attachment: elsewhere }],
}

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([
    ...holders,
    others,
    { resourceType: 'Group', id: 'g', member: [{ entity: subject }] },
    ...names.map((name) => ({
      resourceType: 'Binary',
      id: name,
      contentType: typeOf(name),
      data: Buffer.from(contentOf(name)).toString('base64'),
    })),
  ])
})
afterAll(() => h.close())

/** Every object below, itself included, that has a title: in these resources the attachments. */
const attachmentsIn = (value: Json | undefined): readonly JsonObject[] => {
  if (Array.isArray(value)) return value.flatMap(attachmentsIn)
  if (!isJsonObject(value)) return []
  return [...('title' in value ? [value] : []), ...Object.values(value).flatMap(attachmentsIn)]
}
const exportedAttachments = async (path: string) => {
  const { resources } = await runExport(h, path)
  return resources.filter(({ resourceType }) => resourceType !== 'Binary').flatMap(attachmentsIn)
}

describe.each(levels)('Attachments exported by %s', (path) => {
  test('have an absolute URL wherever they stand, and keep what else they say', async () => {
    const linked = (await exportedAttachments(path)).filter(({ title }) => names.includes(textOf(title)))
    expect(linked.sort((a, b) => (textOf(a.title) < textOf(b.title) ? -1 : 1))).toEqual(
      names.map((name) => ({ ...linkTo(name), url: `${base}/Binary/${name}` })),
    )
  })

  test('open without a token, to the content and the type they say', async () => {
    const linked = (await exportedAttachments(path)).filter(({ url }) => textOf(url).startsWith(base))
    expect(linked).toHaveLength(names.length)
    for (const { url, title, contentType } of linked) {
      const response = await h.request(pathOf(textOf(url)), { headers: { accept: '*/*' } })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(contentType)
      expect(await response.text()).toBe(contentOf(textOf(title)))
    }
  })

  test('have data, or a URL, as they were given, and never get the other', async () => {
    const all = await exportedAttachments(path)
    expect(all.filter(({ title }) => !names.includes(textOf(title)))).toEqual([inline, elsewhere])
    for (const attachment of all) {
      expect(attachment.contentType).toBeDefined()
      expect('data' in attachment).not.toBe('url' in attachment)
    }
  })
})

describe('A Binary', () => {
  test.each(patientLevels)(
    'of a patient comes by %s as the attachment that has it, not as itself',
    async (path) => {
      const { names: exported } = await runExport(h, path)
      expect(exported).toContain('DocumentReference/d')
      expect(exported.filter((name) => name.startsWith('Binary/'))).toEqual([])
    },
  )

  test('is in a system export, as the resource it is', async () => {
    const { resources } = await runExport(h, '$export?_type=Binary')
    expect(resources.map(({ id }) => id).sort()).toEqual(names)
    for (const { id, contentType } of resources) expect(contentType).toBe(typeOf(textOf(id)))
  })
})
