/** What a request shows of who makes it: a token, or an access key. */
export const bearer = (token: string): { readonly authorization: string } => ({
  authorization: `Bearer ${token}`,
})

/** An access key that looks like one, and is nobody's. */
export const unknownAccessKey = `slk_${'0'.repeat(32)}_${'A'.repeat(43)}`
