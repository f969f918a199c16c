# docker build -t resnet-service:0.1.0 .                                for processors
# docker build -t resnet-service:0.1.0-cuda --build-arg BACKEND=cuda .   for NVIDIA GPUs; the host needs only the driver
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-17
ARG RUNTIME_IMAGE=eclipse-temurin:17-jre

FROM ${BUILD_IMAGE} AS build
ARG BACKEND=cpu
WORKDIR /build
RUN case "$BACKEND" in cpu|cuda) ;; *) echo "BACKEND is cpu or cuda, not '$BACKEND'" >&2; exit 1;; esac

# The libraries first: this layer stays as long as pom.xml does, whatever happens to the sources.
COPY pom.xml .
RUN mvn -B -ntp -q $([ "$BACKEND" = cpu ] || echo -Pcuda) package \
      -Dmaven.test.skip=true -Dspotless.check.skip=true -Dspring-boot.repackage.skip=true \
 && rm -rf target

# Tests and formatting are checked where the sources are changed, by mvn verify. A worktree's .git is a file that points
# out of here: such a build knows no commit.
COPY . .
RUN [ -d .git ] || rm -f .git; \
    mvn -B -ntp -q -o $([ "$BACKEND" = cpu ] || echo -Pcuda) package \
      -Dmaven.test.skip=true -Dspotless.check.skip=true \
 && mv target/resnet-service-*.jar resnet-service.jar \
 && java -Djarmode=tools -jar resnet-service.jar extract --layers --destination layers

# The natives out of their jars, into one folder, so that nothing is unpacked at start: JavaCPP's own cache would have to
# be writable. Several jars bring the OpenMP runtime; the newest, oneDNN's, comes last and stays. nd4j's OpenBLAS has a second
# name, which JavaCPP gives it in its cache.
RUN mkdir natives jars \
 && mv $(find layers/dependencies/lib -name '*-linux-*.jar') jars/ \
 && for jar in $(ls jars/*.jar | grep -v /dnnl-) jars/dnnl-*.jar; do \
      mkdir unpacked && (cd unpacked && jar -xf "../$jar") \
      && find unpacked -name '*.so*' -type f -exec mv -t natives {} + \
      && rm -rf unpacked "$jar" || exit 1; \
    done \
 && chmod 644 natives/* \
 && ln -s libopenblas.so.0 natives/libopenblas_nolapack.so.0 \
 && mkdir data

FROM ${RUNTIME_IMAGE}
ARG BACKEND=cpu
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="resnet-service" \
      org.opencontainers.image.description="Trains residual networks on 32x32 images and serves them, over REST (${BACKEND})." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /opt/resnet

# From what changes least to what changes most.
COPY --from=build /build/natives/ natives/
COPY --from=build /build/layers/dependencies/ ./
COPY docker/health bin/health
COPY --from=build --chown=10001:10001 /build/data/ /data/
COPY --from=build /build/layers/spring-boot-loader/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./

# NVIDIA_*: what the container toolkit hands through where a GPU is asked for; ignored elsewhere.
ENV RESNET_HOME=/data \
    MANAGEMENT_SERVER_PORT=8081 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001:10001
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/opt/resnet/bin/health"]

# A quarter of the container's memory is Java's heap. Activations lie outside of it, and JavaCPP lets the process grow to four
# heaps, that is, to the whole container. JAVA_TOOL_OPTIONS is the operator's.
ENTRYPOINT ["java", \
  "-XX:MaxRAMPercentage=25", \
  "-XX:+ExitOnOutOfMemoryError", \
  "-Djava.library.path=/opt/resnet/natives", \
  "-Dorg.bytedeco.javacpp.pathsFirst=true", \
  "-Dorg.bytedeco.javacpp.cacheLibraries=false", \
  "-jar", "resnet-service.jar"]
