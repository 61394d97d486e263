/**
 * Liveness and the catalogue in a Hazelcast cluster, of which the agent is a member or a client.
 */
package io.servicegroup.backend.hazelcast;
