import { baseUrl, documentUrl, fhirPath, host } from './addresses.ts'
import { databaseUrl } from './database-url.ts'
import { whole } from './number-setting.ts'
import { storageUrl } from './storage-url.ts'
import { secret } from './text-setting.ts'

/** Where the service, its data and its files are, and what opens them. */
export const placeSettings = {
  HOST: host(
    '127.0.0.1',
    'Address the server listens on; by default nobody outside this machine can reach it.',
  ),
  PORT: whole({
    unit: 'port',
    default: 8080,
    min: 0,
    max: 65_535,
    reason: 'Port the server listens on; 0 takes any free one, which is said at start.',
  }),
  BASE_URL: baseUrl(
    '`http://<HOST>:<PORT>` where HOST is a loopback address, else required',
    'Address under which clients reach the service; it begins every link and is frozen in each job.',
  ),
  FHIR_PATH: fhirPath(
    '/fhir',
    'Path below `BASE_URL` where the FHIR routes begin; `/` puts them at the root, `/4_0_0` is as good.',
  ),
  EHI_DOCUMENTATION_URL: documentUrl(
    'none',
    'Where the export format is documented, as §170.315(b)(10) of ONC asks of an EHI export; told in the `extension` of manifests.',
  ),
  DATABASE_URL: databaseUrl(
    'file:./data/sluice.db',
    'libSQL database that holds resources and jobs: a file, whose folder is made when missing, or a server.',
  ),
  DATABASE_AUTH_TOKEN: secret({
    default: 'none',
    maxLength: 8192,
    reason: 'Token that a libSQL server asks for; it must allow reading and writing.',
  }),
  STORAGE_URL: storageUrl(
    'file:./data/exports',
    'Folder or bucket that receives the output files. `endpoint` is for storages other than AWS and needs no `region`; `pathStyle` is `true` with an `endpoint`, else `false`; `listUploads=false` for storages that cannot list unfinished uploads by prefix, such as MinIO.',
  ),
  AWS_ACCESS_KEY_ID: secret({
    default: 'required where `STORAGE_URL` is `s3:`',
    maxLength: 256,
    reason: 'Access key of the bucket.',
  }),
  AWS_SECRET_ACCESS_KEY: secret({
    default: 'required where `STORAGE_URL` is `s3:`',
    maxLength: 256,
    reason: 'Signs the requests to the bucket, and is never sent.',
  }),
  AWS_SESSION_TOKEN: secret({
    default: 'none, unless `AWS_ACCESS_KEY_ID` is temporary',
    maxLength: 8192,
    reason: 'Comes with temporary credentials, and ends with them.',
  }),
}
