/** Takes in an upload of profiles. */

import { json, override, type Reply } from '../reply'
import type { Arrived, ReceiverParts } from './parts'
import { readProfileUpload } from './profile-upload'

/** Decodes and stores an upload, and returns the answer. */
export function takeProfile(
  { options, counters, profiles }: ReceiverParts,
  { request, record, body, canned }: Arrived,
): Reply {
  const upload = readProfileUpload(body, request.headers['content-type'], options.redact)
  const answer = override(json({}), canned)
  counters.profile(request.headers, record.bytes)
  if (answer.status < 300) record.profileId = profiles.add(upload).id
  return answer
}
