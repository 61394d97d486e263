/**
 * Real servers, real agents and the faults between them, for the tests. Everything here is started
 * by a test, listens on loopback, and ends with the test's process.
 */
package io.servicegroup.testkit;
