/** The shop as an ES module; it knows nothing of tracing. */

import express from 'express'
import pg from 'pg'
import { startShop } from './shop.cjs'

startShop({ express, pg })
