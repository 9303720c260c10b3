#!/usr/bin/env bash
# namespaces.sh TRAINER: two ranks on two hosts that know each other by TCP alone: network namespaces with a cable
# between them, which Open MPI takes for two machines. They must end with the bits of one process. Exits with 77 (skipped)
# where this user cannot make namespaces.
set -euo pipefail
trainer=$1 scratch=$(mktemp -d)
here=sevenfold-$$
clean_up() {
    for host in a b; do ip netns del $here-$host 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap clean_up EXIT
command -v ip >/dev/null && ip netns add $here-a 2>/dev/null && ip netns add $here-b || { echo 'no network namespaces here'; exit 77; }
ip link add va$$ netns $here-a type veth peer name vb$$ netns $here-b
for host in a b; do
    number=$([ $host = a ] && echo 1 || echo 2)
    ip -n $here-$host addr add 10.77.77.$number/24 dev v$host$$
    ip -n $here-$host link set v$host$$ up
    ip -n $here-$host link set lo up
done

# How Open MPI starts its daemon on another host: there it is ssh HOST COMMAND, here the other namespace.
cat >"$scratch/agent" <<END
#!/bin/sh
shift
exec ip netns exec $here-b unshare --uts sh -c "hostname b; \$*"
END
chmod +x "$scratch/agent"
mkdir "$scratch/one" "$scratch/two"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
"$trainer" "$scratch/one" 1 plain >"$scratch/one.log"
ip netns exec $here-a unshare --uts sh -c "hostname a; exec mpirun --host a:1,10.77.77.2:1 -n 2 --mca plm_rsh_agent $scratch/agent \
    --mca btl tcp,self --mca pml ob1 --mca btl_tcp_if_include 10.77.77.0/24 --mca oob_tcp_if_include 10.77.77.0/24 \
    $trainer $scratch/two 1 plain" >"$scratch/two.log" 2>&1 || { cat "$scratch/two.log"; exit 1; }
bytes=$(ip netns exec $here-b cat /sys/class/net/vb$$/statistics/rx_bytes)
echo "one process: $(grep ^fingerprint "$scratch/one.log"); two hosts: $(grep ^fingerprint "$scratch/two.log"); $bytes bytes over the cable"
[ "$(grep ^fingerprint "$scratch/one.log")" = "$(grep ^fingerprint "$scratch/two.log")" ]
[ "$bytes" -gt 100000 ]
