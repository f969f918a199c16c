/**
 * What every HTTP endpoint shares: problem details, strict JSON reading, paging, the OpenAPI
 * document. Uses nothing of ours.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
