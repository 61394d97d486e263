/** Looks at services again and again, one {@code Prober} for each kind of probe. */
package io.servicegroup.heartbeat.probe;
