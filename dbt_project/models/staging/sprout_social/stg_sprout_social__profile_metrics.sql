with

profile_metrics as (

    select * from {{ source('raw_sprout_social', 'profile_metrics') }}

),

cleaned as (

    select
        profile_id,
        reported_on,

        lower(network) as network,
        -- a day is the network's own
        case
            when lower(network) like '%facebook%' or lower(network) like '%instagram%' or lower(network) like '%youtube%'
                then 'America/Los_Angeles'
            else 'UTC'
        end as time_zone,

        impressions,
        engagements,
        reactions,
        followers,
        net_follower_growth,
        posts_sent,

        _observed_at

    from profile_metrics

)

select * from cleaned
