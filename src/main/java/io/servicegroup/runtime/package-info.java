/**
 * What several parts of an agent need and no technology provides: periodic work, retries and
 * bounds, connections by name, TLS files, the log, and the watchdog of the process.
 */
package io.servicegroup.runtime;
