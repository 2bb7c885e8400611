/** What kind of event an action is, in the codes that HL7 gives to AuditEvents: those of DICOM, and the interactions of FHIR. */
export type AuditKind = {
  readonly type: Coding
  readonly subtype: Coding
  /** Create, read, update, delete, execute (http://hl7.org/fhir/audit-event-action). */
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E'
  /** What the target of such an action is (http://terminology.hl7.org/CodeSystem/object-role), and how it is called. */
  readonly targetRole: { readonly code: string; readonly display: string }
  readonly targetName: string
}
type Coding = { readonly system: string; readonly code: string; readonly display: string }

/** By the action in the audit; one that is not known here, of a later version, is an activity of the application. */
export const kindOf = (action: string): AuditKind => kinds.get(action) ?? of(types.activity, 'operation', 'E')

const dicom = (code: string, display: string): Coding => ({
  system: 'http://dicom.nema.org/resources/ontology/DCM',
  code,
  display,
})
const interaction = (code: string): Coding => ({
  system: 'http://hl7.org/fhir/restful-interaction',
  code,
  display: code,
})

const types = {
  activity: dicom('110100', 'Application Activity'),
  export: dicom('110106', 'Export'),
  import: dicom('110107', 'Import'),
  alert: dicom('110113', 'Security Alert'),
  authentication: dicom('110114', 'User Authentication'),
  rest: {
    system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
    code: 'rest',
    display: 'RESTful Operation',
  },
} as const
const subtypes = {
  login: dicom('110122', 'Login'),
  logout: dicom('110123', 'Logout'),
  restricted: dicom('110132', 'Use of Restricted Function'),
  attributes: dicom('110137', 'User security Attributes Changed'),
} as const

const roles = {
  report: { code: '3', display: 'Report' },
  resource: { code: '4', display: 'Domain Resource' },
  user: { code: '11', display: 'Security User Entity' },
  security: { code: '13', display: 'Security Resource' },
} as const

const of = (
  type: Coding,
  subtype: string | Coding,
  action: AuditKind['action'],
  targetRole: AuditKind['targetRole'] = roles.security,
  targetName = 'What it was done to',
): AuditKind => ({
  type,
  subtype: typeof subtype === 'string' ? interaction(subtype) : subtype,
  action,
  targetRole,
  targetName,
})

const file = [roles.report, 'A file of the export'] as const
const resource = [roles.resource, 'A resource'] as const
const user = [roles.user, 'A client or an administrator'] as const
const key = [roles.security, 'Something to sign in with'] as const

const kinds: ReadonlyMap<string, AuditKind> = new Map([
  ['export.kick-off', of(types.export, 'operation', 'E')],
  ['export.end', of(types.export, 'operation', 'E')],
  ['export.manifest', of(types.export, 'read', 'R', ...file)],
  ['export.download', of(types.export, 'read', 'R', ...file)],
  ['export.cancel', of(types.export, 'delete', 'D')],
  ['export.delete', of(types.export, 'delete', 'D')],
  ['export.expire', of(types.export, 'delete', 'D')],
  ['export.retry', of(types.export, 'update', 'U')],
  ['export.extend', of(types.export, 'update', 'U')],
  ['resource.load', of(types.import, 'batch', 'C', ...resource)],
  ['client.create', of(types.alert, subtypes.attributes, 'C', ...user)],
  ['client.change', of(types.alert, subtypes.attributes, 'U', ...user)],
  ['client.suspend', of(types.alert, subtypes.attributes, 'U', ...user)],
  ['client.delete', of(types.alert, subtypes.attributes, 'D', ...user)],
  ['token.issue', of(types.authentication, subtypes.login, 'E', ...user)],
  ['token.revoke', of(types.authentication, subtypes.logout, 'E', ...user)],
  ['administrator.create', of(types.alert, subtypes.attributes, 'C', ...user)],
  ['administrator.change', of(types.alert, subtypes.attributes, 'U', ...user)],
  ['administrator.sign-in', of(types.authentication, subtypes.login, 'E', ...user)],
  ['administrator.sign-out', of(types.authentication, subtypes.logout, 'E', ...user)],
  ['access-key.create', of(types.alert, subtypes.attributes, 'C', ...key)],
  ['access-key.revoke', of(types.alert, subtypes.attributes, 'D', ...key)],
  ['passkey.create', of(types.alert, subtypes.attributes, 'C', ...key)],
  ['passkey.delete', of(types.alert, subtypes.attributes, 'D', ...key)],
  ['access.refused', of(types.alert, subtypes.restricted, 'E', ...resource)],
])
