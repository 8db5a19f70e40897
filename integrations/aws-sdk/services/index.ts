/** The services that are known, by their id in lower case without blanks; any other has the tags that all have. */

import { withField } from '../outgoing'
import { pointToItem, pointToObject } from '../pointers'
import { eventbridge } from './eventbridge'
import { kinesis } from './kinesis'
import { lambda } from './lambda'
import { lastPart, type Operation, type Service, textIn } from './service'
import { sns } from './sns'
import { sqs } from './sqs'

const startExecution: Operation = {
  inject(input, outgoing) {
    if (typeof input.input !== 'string') return input
    const carrier = outgoing.next()
    const text = carrier === undefined ? undefined : withField(input.input, carrier)
    return text === undefined ? input : { ...input, input: text }
  },
}

export const SERVICES: Readonly<Record<string, Service>> = {
  sqs,
  sns,
  kinesis,
  eventbridge,
  lambda,
  s3: {
    resource: ['Bucket'],
    describe(input) {
      const bucket = textIn(input, 'Bucket')
      return { 'aws.s3.bucket_name': bucket, bucketname: bucket }
    },
    operations: {
      PutObject: { point: pointToObject },
      CopyObject: { point: pointToObject },
      CompleteMultipartUpload: { point: pointToObject },
    },
  },
  dynamodb: {
    resource: ['TableName'],
    type: 'dynamodb',
    tags: { 'db.system': 'aws.dynamodb' },
    describe(input) {
      const table = textIn(input, 'TableName')
      return { 'aws.dynamodb.table_name': table, tablename: table }
    },
    operations: { UpdateItem: { point: pointToItem }, DeleteItem: { point: pointToItem } },
  },
  sfn: {
    resource: ['stateMachineArn', 'executionArn'],
    describe: input => ({ statemachinearn: textIn(input, 'stateMachineArn') }),
    operations: { StartExecution: startExecution, StartSyncExecution: startExecution },
  },
  cloudwatchlogs: {
    resource: ['logGroupName'],
    describe(input) {
      const group = textIn(input, 'logGroupName')
      return { 'aws.cloudwatch.logs.log_group_name': group, loggroupname: group }
    },
  },
  redshift: {
    resource: ['ClusterIdentifier'],
    tags: { 'db.system': 'aws.redshift' },
    describe(input) {
      const cluster = lastPart(textIn(input, 'ClusterIdentifier'), '/')
      return { 'aws.redshift.cluster_identifier': cluster, clusteridentifier: cluster }
    },
  },
}
