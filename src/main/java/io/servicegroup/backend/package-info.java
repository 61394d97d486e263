/**
 * The stores of members and beats. Each technology is one folder with one public class, its {@link
 * io.servicegroup.backend.Technology}.
 */
package io.servicegroup.backend;
