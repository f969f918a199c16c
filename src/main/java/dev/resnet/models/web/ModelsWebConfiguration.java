package dev.resnet.models.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.api.ConditionalGet;
import dev.resnet.api.JsonRequest;
import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.models.ExportRefusedException;
import dev.resnet.models.NoRoomException;
import dev.resnet.models.UnknownModelException;
import dev.resnet.models.UploadProperties;
import dev.resnet.models.VersionHasAliasException;
import dev.resnet.models.upload.RefusedNetworkException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

@Configuration(proxyBeanMethods = false)
class ModelsWebConfiguration {

  @Bean
  ConditionalGet modelETags() {
    return ConditionalGet.of(
        "/api/v1/models", "/api/v1/models/{name}", "/api/v1/models/{name}/versions/{version}");
  }

  @Bean
  BodyLimit versionUploadLimit(UploadProperties settings) {
    return new BodyLimit(
        "/api/v1/models/*/versions", settings.maxSize(), UploadProperties.MAX_SIZE, "", true);
  }

  @Bean
  JsonRequest<UploadCard> uploadCard(UploadProperties settings) {
    return JsonRequest.of(UploadCard.class).maximum("stack_n", settings.maxStackN());
  }

  @Bean
  ProblemMapping<RefusedNetworkException> refusedNetwork() {
    return ProblemMapping.of(RefusedNetworkException.class, HttpStatus.UNPROCESSABLE_CONTENT);
  }

  @Bean
  ProblemMapping<NoRoomException> noRoomForModel() {
    return ProblemMapping.of(NoRoomException.class, HttpStatus.INSUFFICIENT_STORAGE);
  }

  @Bean
  ProblemMapping<UnknownModelException> unknownModel() {
    return ProblemMapping.of(UnknownModelException.class, HttpStatus.NOT_FOUND);
  }

  @Bean
  ProblemMapping<ExportRefusedException> refusedExport() {
    return new ProblemMapping<>(
        ExportRefusedException.class,
        e ->
            new ProblemException(
                switch (e.reason()) {
                  case DAMAGED -> HttpStatus.GONE;
                  case NO_ROOM -> HttpStatus.INSUFFICIENT_STORAGE;
                },
                e.getMessage()));
  }

  @Bean
  ProblemMapping<VersionHasAliasException> versionHasAlias() {
    return ProblemMapping.of(VersionHasAliasException.class, HttpStatus.CONFLICT);
  }
}
