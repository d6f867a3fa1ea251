"""Where the system gets the time from."""

from verge_pulumi import Setting

Setting("time", name="ntp_servers", value="0.pool.ntp.example 1.pool.ntp.example")
