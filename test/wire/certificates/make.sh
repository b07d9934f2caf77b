#!/bin/sh
# Made these certificates, which only tests trust: a CA, and one certificate that both ends show, valid on loopback for a hundred years.
set -eu
cd "$(dirname "$0")"
days=36500
for ca in ca stranger-ca; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days -subj "/CN=$ca" -keyout "$ca.key" -out "$ca.pem"
done
names='subjectAltName=DNS:localhost,IP:127.0.0.1'
for end in grid stranger; do
  ca=ca; [ "$end" = grid ] || ca=stranger-ca
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$end" -addext "$names" -keyout "$end.key" -out "$end.csr"
  openssl x509 -req -days $days -copy_extensions copy -CA "$ca.pem" -CAkey "$ca.key" -in "$end.csr" -out "$end.pem"
done
rm -f ./*.csr ./*ca.key stranger-ca.pem
