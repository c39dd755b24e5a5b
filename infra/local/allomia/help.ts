/** What `npm run simulator -- --help` prints. */
export const HELP = `A simulated AlloMia: GET /api/calls and /api/calls/{id}, with recordings that play and links that lapse.

Usage: npm run simulator -- [options]

  --port PORT            listen on this port of 127.0.0.1 (default: a free one)
  --key KEY              the tenant's API key (default: tenant-key)
  --organization ID=KEY  an organization with a key of its own; may be given several times (default: clinic=clinic-key)
  --calls FILE           JSON list of calls to play (default: five common ones in the first organization)
  --invent ID=COUNT      an organization with so many calls over the last year, without media; may be given several times
  --s3-endpoint URL      keep media in this S3 and hand out its pre-signed links (default: the simulator serves them itself)
  --bucket NAME          the bucket there, made where there is none (default: allomia-media)
  --help                 this text

Every request to the API carries 'Authorization: Bearer KEY'; the list needs '?organizationId=ID' as well. With --port 8080:

  curl -H 'Authorization: Bearer tenant-key' 'http://127.0.0.1:8080/api/calls?organizationId=clinic'
  curl -H 'Authorization: Bearer tenant-key' 'http://127.0.0.1:8080/api/calls/call_inbound'

A call in FILE has an "id" and an "organizationId"; all else is optional, and what is not told is invented:

  [{ "id": "call_1", "organizationId": "clinic",
     "fields": { "callType": "Outbound", "userName": null },
     "recording": { "seconds": 30, "sampleRate": 16000 },
     "transcript": { "language": "fr" },
     "script": { "recordingAfterSeconds": 60, "htmlPages": 1 } }]

"recording" or "transcript" may be null: there is none. A transcript may have its own "text". A script's members:

  throttled, failing, unreadable            so many first answers of the API are 429, then 500, then no JSON
  htmlPages, truncated                      so many first answers of the recording are an HTML page, then cut halfway
  recordNotFoundForSeconds                  the API answers 404 so long
  recordingAfterSeconds                     the recording's link is null so long
  busy                                      true: nobody answered, and there is neither recording nor transcript
  slow                                      { "bytesPerSecond": N }: the recording comes no faster
  linkSeconds                               how long links live (default: 3600)
  redirects                                 how many 302 answers stand before the recording (default: 1)

While it runs: PUT /_simulator/calls/{id} adds or replaces a call (the same JSON without its "id"; no key is asked for),
GET /_simulator/journal tells what was asked. Ctrl-C ends it.
`
