/** memcached: liveness in tooz's layout, and the catalogue as items with an index. */
package io.servicegroup.backend.memcached;
