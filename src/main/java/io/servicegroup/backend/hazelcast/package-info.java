/** Beats kept in a Hazelcast cluster, as one of its members or as its client. */
package io.servicegroup.backend.hazelcast;
