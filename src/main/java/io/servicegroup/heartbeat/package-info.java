/** Publishes the state of this agent's own members, as their probes find it. */
package io.servicegroup.heartbeat;
