package dev.resnet.database;

/** The tables are those of a newer version of the service, which this one does not know. */
public final class NewerSchemaException extends RuntimeException {
  NewerSchemaException(String found, String known) {
    super(
        "The database has tables of version %s; this resnet-service knows those up to %s."
            .formatted(found, known));
  }
}
