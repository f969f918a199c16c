package dev.resnet.models;

import java.util.List;

/** A version can't be deleted while an alias points to it. The message is for the client. */
public final class VersionHasAliasException extends RuntimeException {
  VersionHasAliasException(String name, int version, List<String> aliases) {
    super(
        ("Version %1$d of model '%2$s' can't be deleted: %3$s it. Point %4$s to another version"
                + " (PUT /api/v1/models/%2$s/aliases/%5$s), or delete %4$s (DELETE on the same"
                + " path).")
            .formatted(
                version,
                name,
                aliases.size() == 1
                    ? "the alias '%s' points to".formatted(aliases.get(0))
                    : "the aliases %s point to".formatted(String.join(", ", aliases)),
                aliases.size() == 1 ? "it" : "each",
                aliases.size() == 1 ? aliases.get(0) : "{alias}"));
  }
}
