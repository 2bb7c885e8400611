import { isOnPath } from './find-browser.ts'

/** What the script of the README needs and this machine does not have; a Debian package each, of the same name. */
export const missingTools: readonly string[] = ['curl', 'jq', 'jose', 'openssl'].filter(
  (name) => !isOnPath(name),
)

export const howToGetTools = `there is no ${missingTools.join(', no ')}. On Debian or Ubuntu: \`apt-get install ${missingTools.join(' ')}\``
