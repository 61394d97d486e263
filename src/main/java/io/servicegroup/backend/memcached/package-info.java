/** memcached as a liveness backend, in tooz's layout. */
package io.servicegroup.backend.memcached;
