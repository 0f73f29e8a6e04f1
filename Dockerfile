# The thermograd command as an image: docker build -t thermograd .
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -pl app -am package -Dmaven.test.skip=true -Dspotless.check.skip=true

FROM eclipse-temurin:17-jre
RUN useradd --system --no-create-home --shell /usr/sbin/nologin thermograd
WORKDIR /opt/thermograd
# The launcher starts the jar that lies beside it.
COPY --from=build /src/thermograd /src/app/target/thermograd-app.jar ./
COPY --from=build /src/app/target/lib ./lib
USER thermograd
ENTRYPOINT ["/opt/thermograd/thermograd"]
CMD ["--help"]
