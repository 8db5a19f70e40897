/** The shop as a CommonJS program; it knows nothing of tracing. */

const express = require('express')
const pg = require('pg')
const { startShop } = require('./shop.cjs')

startShop({ express, pg })
