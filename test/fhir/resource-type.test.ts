import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import {
  isResourceType,
  patientTypeId,
  suggestType,
  typeIdOf,
  typeOfId,
} from '../../worker/fhir/resource-type.ts'

describe('resource types', () => {
  it('are known by their exact name', () => {
    expect(resourceTypes.every(isResourceType)).toBe(true)
    expect(['Patient', 'Binary', 'Bundle', 'Parameters', 'OperationOutcome'].every(isResourceType)).toBe(true)
    expect(['patient', 'Patients', '', 'Resource', 'DomainResource', 'toString'].some(isResourceType)).toBe(
      false,
    )
  })

  it('have ids that count from 1 and lead back to them', () => {
    expect(resourceTypes.map(typeIdOf)).toEqual(resourceTypes.map((_, index) => index + 1))
    expect(resourceTypes.map((type) => typeOfId(typeIdOf(type)))).toEqual(resourceTypes)
    expect(typeOfId(patientTypeId)).toBe('Patient')
  })

  it('keep the ids that databases already hold', () => {
    const ids = {
      Account: 1,
      Encounter: 44,
      Group: 58,
      Observation: 96,
      Patient: 103,
      VisionPrescription: 146,
    }
    expect(ids).toEqual({
      Account: typeIdOf('Account'),
      Encounter: typeIdOf('Encounter'),
      Group: typeIdOf('Group'),
      Observation: typeIdOf('Observation'),
      Patient: typeIdOf('Patient'),
      VisionPrescription: typeIdOf('VisionPrescription'),
    })
  })

  it.each([0, -1, 1.5, Number.NaN, resourceTypes.length + 1])(
    'refuse the id %s as an internal error',
    (id) => {
      expect(() => typeOfId(id)).toThrow(expect.objectContaining({ code: 'internal' }))
    },
  )

  it('are suggested for a name in other letter case only', () => {
    expect(suggestType('patient')).toBe('Patient')
    expect(suggestType('MEDICATIONREQUEST')).toBe('MedicationRequest')
    expect(suggestType('Patientt')).toBeUndefined()
    expect(suggestType('')).toBeUndefined()
  })
})
