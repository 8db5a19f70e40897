import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as zlib from 'node:zlib'
import { compressor } from '../../../src/profiling/compress'
import { unpack } from '../../support/profile-uploads'

const BYTES = Buffer.from('stack '.repeat(5000))
const hasZstd = 'zstdCompress' in zlib
const isNew = Number.parseInt(process.versions.node, 10) >= 24

const methodOf = (bytes: Uint8Array) => (bytes[0] === 0x1f ? 'gzip' : bytes[0] === 0x28 ? 'zstd' : 'none')

for (const [setting, method] of [
  ['on', isNew ? 'zstd' : 'gzip'],
  ['off', 'none'],
  ['gzip', 'gzip'],
  ['gzip-9', 'gzip'],
  ['zstd', hasZstd ? 'zstd' : 'gzip'],
  ['zstd-22', hasZstd ? 'zstd' : 'gzip'],
  ['gzip-10', isNew ? 'zstd' : 'gzip'],
  ['brotli', isNew ? 'zstd' : 'gzip'],
] as const) {
  test(`compression ${setting} is ${method}`, async () => {
    const packed = await compressor(setting)(BYTES)
    assert.equal(methodOf(packed), method)
    assert.deepEqual(Buffer.from(unpack(packed)), BYTES)
  })
}

test('a higher level compresses more', async () => {
  const [fast, small] = await Promise.all([compressor('gzip-1')(BYTES), compressor('gzip-9')(BYTES)])
  assert.ok(small.length < fast.length)
})
