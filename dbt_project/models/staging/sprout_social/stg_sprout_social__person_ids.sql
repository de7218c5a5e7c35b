with

messages as (

    select * from {{ ref('stg_sprout_social__messages') }}
    where not is_own and author_handle is not null and author_guid is not null

),

-- the account on its network, which outlives a change of handle
person_ids as (

    select
        {{ node_id('sprout_social', 'messages', ['message_id']) }} as node_id,
        'social_account' as identifier_type,
        author_guid as identifier_value,
        false as is_issuer
    from messages

)

select * from person_ids
