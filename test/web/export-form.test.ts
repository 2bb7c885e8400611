import { describe, expect, test } from 'vitest'
import type { Job } from '../../web/src/lib/api/client.ts'
import {
  curlOf,
  emptyForm,
  formOf,
  isChainedTo,
  lackOf,
  lacksPatients,
} from '../../web/src/lib/export-form.ts'

const base = 'http://127.0.0.1:8080/fhir'
const done: Job = {
  id: '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
  level: 'group',
  groupId: 'diabetes',
  state: 'completed',
  types: ['Observation'],
  request: `${base}/Group/diabetes/$export?_type=Observation`,
  statusUrl: `${base}/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d`,
  transactionTime: '2026-11-20T10:26:46.123Z',
  createdAt: '2026-11-20T10:26:46.123Z',
  progress: { done: 12000, total: 12000, percent: 100 },
}

describe('The form of a new export', () => {
  test('asks again for what a job was asked for, wherever its request had it', () => {
    const again = formOf({
      ...done,
      request: `${base}/Group/diabetes/$export`,
      until: '2026-02-01T00:00:00.000Z',
    })
    expect(again).toMatchObject({
      level: 'group',
      groupId: 'diabetes',
      types: ['Observation'],
      until: '2026-02-01T00:00:00.000Z',
    })
  })

  test('does not ask for all patients where the job listed some, and shows where they belong', () => {
    const again = formOf({ ...done, patients: 2 })
    expect(lacksPatients(again)).toBe(true)
    expect(curlOf(again, base, false)).toContain('"reference":"Patient/{id}"')
    expect(lacksPatients({ ...again, patients: 'p1' })).toBe(false)
    expect(lacksPatients({ ...again, unlisted: 0 })).toBe(false)
  })

  test('says what is missing, and where, before anything is asked', () => {
    expect(lackOf(emptyForm())).toBeUndefined()
    expect(lackOf({ ...emptyForm(), level: 'group', groupId: ' ' })?.field).toBe('groupId')
    expect(lackOf(formOf({ ...done, patients: 2 }))?.field).toBe('patients')
    expect(lackOf(formOf(done))).toBeUndefined()
  })

  test('goes on from a job only if that has brought all the form asks for', () => {
    const form = formOf(done)
    expect(isChainedTo(form, done)).toBe(true)
    expect(isChainedTo({ ...form, since: '2020' }, { ...done, since: '2019-01-01T00:00:00.000Z' })).toBe(true)
    expect(isChainedTo({ ...form, types: ['Observation', 'Patient'] }, done)).toBe(false)
    expect(isChainedTo({ ...form, types: [] }, done)).toBe(false)
    expect(isChainedTo({ ...form, groupId: 'other' }, done)).toBe(false)
    expect(isChainedTo({ ...form, level: 'patient' }, done)).toBe(false)
    expect(isChainedTo({ ...form, patients: 'p1' }, done)).toBe(false)
    expect(isChainedTo(form, { ...done, patients: 1 })).toBe(false)
    expect(isChainedTo(form, { ...done, until: '2026-02-01T00:00:00.000Z' })).toBe(false)
    expect(isChainedTo(form, { ...done, state: 'failed' })).toBe(false)
    expect(isChainedTo(form, { ...done, clientId: 'registry' }), 'its rights may be fewer').toBe(false)
  })

  test('shows no credentials in the command line, but where they come from if there must be some', () => {
    expect(curlOf(emptyForm(), base, true)).toContain('-H "Authorization: Bearer $SLUICE_TOKEN"')
    expect(curlOf(emptyForm(), base, false)).not.toContain('Authorization')
  })

  test('encodes the id of a Group in the command line', () => {
    const form = { ...emptyForm(), level: 'group' as const, groupId: 'a/b?c' }
    expect(curlOf(form, base, false)).toContain(`'${base}/Group/a%2Fb%3Fc/$export'`)
    expect(curlOf({ ...form, groupId: '' }, base, false)).toContain('/Group/{id}/$export')
  })
})
