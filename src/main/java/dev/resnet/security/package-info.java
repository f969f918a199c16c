/**
 * Who may do what: bearer keys, tokens of an issuer, the scope that each operation needs, and where
 * the service may listen. Nothing knows this package.
 */
@ApplicationModule(allowedDependencies = {"api"})
@NullMarked
package dev.resnet.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
