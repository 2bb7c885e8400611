#!/bin/sh
# A backend service from its key pair to its files, with nothing but curl, jq, OpenSSL and José (Debian: apt-get install curl jq openssl jose).
#   BASE=http://127.0.0.1:8080 ADMIN_KEY=slk_… sh test/security/smart-flow.sh <folder>
# ADMIN_KEY is an access key of an administrator. Secrets go through files that only you can read: a command line is seen by others.
set -eu
umask 077
fhir="${FHIR:-$BASE/fhir}" scope="${SCOPE:-system/*.rs}" out="$1"
mkdir -p "$out" && cd "$out"

# 1. A key pair: the private key stays here, the public one is registered. José names a key by its thumbprint.
jose jwk gen -i '{"alg":"ES384","use":"sig"}' -o new.jwk
kid="$(jose jwk thp -i new.jwk)"
jq --arg kid "$kid" '. + {kid: $kid}' new.jwk > private.jwk && rm new.jwk
jose jwk pub -i private.jwk -o public.jwk

# 2. The client, registered by an administrator.
printf 'Authorization: Bearer %s\n' "$ADMIN_KEY" > admin.header
jq -n --arg scope "$scope" --slurpfile key public.jwk '{name: "README", jwks: {keys: $key}, scopes: ($scope | split(" "))}' > client.json
curl -sS --fail-with-body -H @admin.header -H 'Content-Type: application/json' -d @client.json "$BASE/admin/api/clients" > registered.json
rm admin.header
client="$(jq -r .clientId registered.json)"
echo "registered as $client"

# 3. A token: an assertion that is good for one use and a few minutes, signed with the private key.
endpoint="$(curl -sS --fail-with-body "$fhir/.well-known/smart-configuration" | jq -r .token_endpoint)"
get_token() {
  jq -n --arg client "$client" --arg aud "$endpoint" --arg jti "$(openssl rand -hex 16)" \
    '{iss: $client, sub: $client, aud: $aud, exp: (now | floor + 240), jti: $jti}' |
    jose jws sig -I - -k private.jwk -c -o assertion.jwt \
      -s "{\"protected\":{\"alg\":\"ES384\",\"kid\":\"$kid\",\"typ\":\"JWT\"}}"
  curl -sS --fail-with-body "$endpoint" -d grant_type=client_credentials --data-urlencode "scope=$scope" \
    -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    --data-urlencode client_assertion@assertion.jwt > token.json
  jq -r '"Authorization: Bearer \(.access_token)"' token.json > token.header
  rm assertion.jwt token.json
}
get_token

# 4. Kick-off.
curl -sS --fail-with-body -w '\n' -D kick-off.headers -H @token.header -H 'Accept: application/fhir+json' -H 'Prefer: respond-async' "$fhir/\$export"
status="$(tr -d '\r' < kick-off.headers | sed -n 's/^content-location: *//Ip')"
echo "started: $status"

# 5. Poll, as often as the server wants it, with a new token when the old one has ended.
while :; do
  code="$(curl -sS -D status.headers -o manifest.json -w '%{http_code}' -H @token.header -H 'Accept: application/json' "$status")"
  case "$code" in
    200) break ;;
    202 | 429 | 503) sleep "$(tr -d '\r' < status.headers | sed -n 's/^retry-after: *\([0-9]*\)$/\1/Ip' | grep . || echo 1)" ;;
    401) sleep 1 && get_token ;;
    *) echo "the export ended with HTTP $code:" && cat manifest.json && exit 1 ;;
  esac
done

# 6. Download. The token goes along where the manifest says so, and is renewed while there is more to come.
needs_token="$(jq -r .requiresAccessToken manifest.json)"
: > token.header
jq -r '.output[].url' manifest.json | while read -r url; do
  if [ "$needs_token" = true ] && [ -z "$(find token.header -size +0 -mmin -3)" ]; then get_token; fi
  curl -sS --fail-with-body -H @token.header -o "$(basename "${url%%\?*}")" "$url"
done
rm token.header
jq -r '.output[] | "\(.type): \(.count)"' manifest.json
