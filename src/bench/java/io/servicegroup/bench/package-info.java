/** What a heartbeat and a verdict cost; run by {@code scripts/bench}. */
package io.servicegroup.bench;
