package dev.resnet.data.web;

import dev.resnet.api.BodyLimit;
import dev.resnet.api.ConditionalGet;
import dev.resnet.api.ProblemException;
import dev.resnet.api.ProblemMapping;
import dev.resnet.data.DatasetRefusedException;
import dev.resnet.data.folder.RefusedArchiveException;
import dev.resnet.data.upload.UploadProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

/** The size of uploads, and how to answer the exceptions of data sets. */
@Configuration(proxyBeanMethods = false)
class DatasetsWebConfiguration {

  @Bean
  ConditionalGet datasetETags() {
    return ConditionalGet.of(
        DatasetController.PATH,
        DatasetController.PATH + "/{name}",
        DatasetController.PATH + "/{name}/versions");
  }

  @Bean
  BodyLimit uploadLimit(UploadProperties settings) {
    return new BodyLimit(
        DatasetController.PATH + "/*",
        settings.maxUploadSize(),
        UploadProperties.MAX_UPLOAD_SIZE,
        "",
        true);
  }

  @Bean
  ProblemMapping<DatasetRefusedException> refusedDataset() {
    return new ProblemMapping<>(
        DatasetRefusedException.class,
        e ->
            new ProblemException(
                switch (e.reason()) {
                  case UNKNOWN -> HttpStatus.NOT_FOUND;
                  case CONFLICT -> HttpStatus.CONFLICT;
                  case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
                  case NO_ROOM -> HttpStatus.INSUFFICIENT_STORAGE;
                  case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
                },
                e.getMessage()));
  }

  @Bean
  ProblemMapping<RefusedArchiveException> refusedArchive() {
    return new ProblemMapping<>(
        RefusedArchiveException.class,
        e ->
            new ProblemException(
                HttpStatus.UNPROCESSABLE_CONTENT, "The archive %s.".formatted(e.getMessage())));
  }
}
